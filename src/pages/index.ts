export { parentsPage } from './family/routes.ts'
export { welcomePages } from './set-password/routes.ts'
export { stopPage } from './unsubscribe/routes.ts'
