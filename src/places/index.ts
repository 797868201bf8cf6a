export {
  allCommunities,
  findSchool,
  getLocation,
  getSchool,
  type SchoolInBrief,
  schoolsInCommunities,
} from './repository.ts'
export { placesRoutes } from './routes.ts'
export { type Community, type Location, type LocationKind, type School, virtualLocations } from './rules.ts'
