export {
  findOpenCampaignOfSchool,
  getCampaign,
  getKit,
  listCampaignsThatAre,
  liveCampaignsOfKit,
  moveCampaign,
  schoolsOfCampaign,
} from './repository.ts'
export { campaignRoutes } from './routes.ts'
export {
  type Campaign,
  checkCost,
  checkFourEyes,
  checkInScope,
  checkNotClosed,
  checkOpen,
  checkTakesEnrollments,
} from './rules.ts'
export { CampaignSchema, OccurredSchema } from './schemas.ts'
