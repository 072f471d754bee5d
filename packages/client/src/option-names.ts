// Bundlers leave the check for unknown names out of a page that is built for production, by the export condition of that name:
// it gets `option-names.production.ts`.
export { unknownOption } from '@sessionward/protocol'
