export { activeBySchool, getEnrollment, insertEnrollment, markTransferred } from './repository.ts'
export { enrollmentRoutes } from './routes.ts'
export { checkInScope, type Enrollment } from './rules.ts'
export { EnrollmentSchema } from './schemas.ts'
