/** `active → transferred | withdrawn`. */
export type EnrollmentStatus = 'active' | 'transferred' | 'withdrawn'
