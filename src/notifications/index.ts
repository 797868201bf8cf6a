export { BrokenWords, checkWords } from './words/word-files.ts'
