export { parentsPage } from './parents-page/routes.ts'
