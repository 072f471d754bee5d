export { adoptLegacy } from '@sessionward/client/legacy'
