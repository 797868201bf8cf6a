export {
  findOpenCampaignOfSchool,
  getCampaign,
  getKit,
  liveCampaignsOfKit,
  moveCampaign,
  schoolsOfCampaign,
} from './repository.ts'
export { campaignRoutes } from './routes.ts'
export {
  type Campaign,
  type CampaignStatus,
  campaignNotOpen,
  checkFourEyes,
  checkNotClosed,
  checkOpen,
  checkTakesEnrollments,
  type Kit,
} from './rules.ts'
export { CampaignSchema, OccurredSchema } from './schemas.ts'
