import { completeBrowser } from './older-browsers.js'

// What `dist/sessionward.min.js` puts into the global `sessionward`, for pages without a bundler.
export { attachJQuery } from './attach/jquery.js'
export { BackendAnswerError, SessionEndedError, SignInRefusedError } from './backend/backend-errors.js'
export { bearer, cookie, field, header } from './backend/carriers.js'
export { defineBackend } from './backend/define-backend.js'
export { jsonBackend } from './backend/json-backend.js'
export { createClient } from './client.js'
export {
  RefreshRefusedError,
  RefreshUnavailableError,
  SessionChangedError,
  SignedOutError,
  SignInError,
  SignOutError,
} from './errors.js'
export { attachPage, returnTo } from './page/attach-page.js'
export { signInDialog } from './ui/dialog.js'
export { draft } from './ui/draft.js'
export { webStorage } from './vault/web-storage.js'

completeBrowser()
