export { refusedCall } from './refused-call.js'
export { tokenRefusal } from './token-refusal.js'
