export { parentsPage } from './parents-page/routes.ts'
export { stopPage } from './stop-page/routes.ts'
export { welcomePages } from './welcome-page/routes.ts'
