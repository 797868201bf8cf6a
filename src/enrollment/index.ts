export {
  activeBySchool,
  forgetNames,
  getEnrollment,
  insertEnrollment,
  markTransferred,
  updateEnrollment,
} from './repository.ts'
export { enrollmentRoutes } from './routes.ts'
export type { Enrollment } from './rules.ts'
export { EnrollmentSchema } from './schemas.ts'
