/** A value as PostgreSQL can keep it: it has no text with a zero byte in it. What is kept shows that something was there. */
export function withoutZeroBytes<Value>(value: Value): Value {
  if (typeof value !== 'string' || !value.includes('\0')) return value
  return value.replaceAll('\0', '\uFFFD') as Value & string
}
