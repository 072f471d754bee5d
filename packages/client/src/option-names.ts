// Bundlers replace this file in a page that is built for production, by the export condition of that name, with
// `option-names.production.ts`: the refusal of unknown names without its hint.
export { unknownOption } from '@sessionward/protocol'
