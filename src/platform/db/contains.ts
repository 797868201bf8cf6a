import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'

/** Whether `column` contains `text`, wherever. ASCII letters match in either case, every other character as it is. */
export function contains(column: SQLWrapper, text: string): SQL {
  return sql`${column} like ${`%${literally(text)}%`} escape '\\'`
}

/** Whether `column` begins with `text`. ASCII letters match in either case, every other character as it is. */
export function startsWith(column: SQLWrapper, text: string): SQL {
  return sql`${column} like ${`${literally(text)}%`} escape '\\'`
}

/** `text` without the two characters that LIKE reads as "anything". */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
