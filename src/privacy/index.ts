export { eraseExpired } from './retention.ts'
export { privacyRoutes } from './routes.ts'
