export { mailNotice } from './mail-notice.ts'
export { deleteNotices } from './repository.ts'
export type { Situation } from './rules.ts'
export { noticeJob, type StaffNews, tellStaff } from './tell-staff.ts'
