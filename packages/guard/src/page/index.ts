export type { PageDecision, PageGuard, PageRouteOptions } from './page-guard.js'
export { createPageGuard } from './page-guard.js'
export type { PageGuardOptions } from './page-options.js'
export type { PageAnswer, PageRequest } from './page-request.js'
export type {
  InterstitialOptions,
  InterstitialRefresh,
  RedirectOptions,
  RedirectRefresh,
  RefreshMethod,
} from './refresh-method.js'
export { interstitial, redirect } from './refresh-method.js'
