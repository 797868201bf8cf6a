export { parentsPage } from './family/routes.ts'
export { setPasswordPages } from './set-password/routes.ts'
export { unsubscribePage } from './unsubscribe/routes.ts'
