export { backUp, findNewest, thinOut } from './back-up.ts'
export { sqliteEngine } from './engine.ts'
export { restore } from './restore.ts'
export { BackupRefused } from './rules.ts'
