import { createHmac, createSign } from 'node:crypto'
import {
  audience,
  encode,
  goodClaims,
  headerOf,
  issuer,
  makeKey,
  now,
  rawSignature,
  signText,
  signToken,
  type TestKey,
} from './issuer.js'

/** A token, and what is the matter with it. */
export interface TokenCase {
  readonly title: string
  readonly token: string
}

const es = makeKey('ES256', 'es')
const other = makeKey('ES256', 'other')
const rs = makeKey('RS256', 'rs')
const ps = makeKey('PS256', 'ps')
const ed = makeKey('EdDSA', 'ed')
const attacker = makeKey('ES256', 'es')
const attackerRsa = makeKey('RS256', 'rs')

/** The keys that the guard under test is given; it accepts ES256 and RS256. */
export const trusted = { keys: [es.jwk, other.jwk, rs.jwk, ps.jwk, ed.jwk] }
export const trustedAlgorithms = ['ES256', 'RS256'] as const

const good = signToken(es)
const [goodHeader, goodPayload, goodSignature] = good.split('.') as [string, string, string]
const claimsText = JSON.stringify(goodClaims)
const headerText = JSON.stringify(headerOf(es))

/** The good claims, with a piece of JSON text spliced in at the front. */
function withText(member: string): string {
  return signText(es, headerText, `{${member},${claimsText.slice(1)}`)
}

/** The good claims, with one of them written as the given JSON text. */
function withClaimText(name: keyof typeof goodClaims, text: string): string {
  const { [name]: _, ...rest } = goodClaims
  return signText(es, headerText, `{"${name}":${text},${JSON.stringify(rest).slice(1)}`)
}

function withHeaderText(text: string): string {
  return signText(es, text, claimsText)
}

function without(name: keyof typeof goodClaims): string {
  return signToken(es, { [name]: undefined })
}

function claims(given: Record<string, unknown>): string {
  return signToken(es, given)
}

function header(given: Record<string, unknown>, key: TestKey = es): string {
  return signToken(key, {}, given)
}

/** HMAC with whatever bytes an attacker knows: the classic confusion of algorithms. */
function macked(secret: string | Buffer, kid: string, hash = 'sha256'): string {
  const head = { alg: `HS${hash.slice(3)}`, typ: 'at+jwt', kid }
  const signed = `${encode(JSON.stringify(head))}.${encode(claimsText)}`
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
}

function unsigned(alg: unknown, signature = ''): string {
  return `${encode(JSON.stringify({ ...headerOf(es), alg }))}.${encode(claimsText)}.${signature}`
}

function withSignature(bytes: Uint8Array, key: TestKey = es): string {
  return `${encode(JSON.stringify(headerOf(key)))}.${encode(claimsText)}.${encode(bytes)}`
}

/** The last character with one of the bits set that its bytes do not need. */
function respell(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1)!) + 1]
}

function nested(depth: number): string {
  return `"deep":${'['.repeat(depth)}${']'.repeat(depth)}`
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const scalar = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const signedGood = `${goodHeader}.${goodPayload}`
const signatureBytes = Buffer.from(goodSignature, 'base64url')
const pem = (key: TestKey) => key.publicKey.export({ type: 'spki', format: 'pem' }) as string
const der = (key: TestKey) => key.publicKey.export({ type: 'spki', format: 'der' })

/** A header whose text length leaves unused bits in its last character, so that it has a second spelling. */
const oddHeader = signText(
  es,
  `${headerText} `.padEnd(headerText.length + ((3 - (headerText.length % 3)) % 3) + 1),
  claimsText,
)
const oddPayload = signText(
  es,
  headerText,
  claimsText.padEnd(claimsText.length + ((3 - (claimsText.length % 3)) % 3) + 1),
)

function respelled(token: string, part: 0 | 1 | 2): string {
  const parts = token.split('.')
  parts[part] = respell(parts[part]!)
  // Signed anew, so that the spelling alone is at fault.
  if (part < 2) parts[2] = encode(rawSignature(es, `${parts[0]}.${parts[1]}`))
  return parts.join('.')
}

const form: readonly TokenCase[] = [
  { title: 'one letter', token: 'a' },
  { title: 'the word undefined', token: 'undefined' },
  { title: 'two dots alone', token: '..' },
  { title: 'two parts', token: signedGood },
  { title: 'an empty header', token: `.${goodPayload}.${goodSignature}` },
  { title: 'an empty payload', token: `${goodHeader}..${goodSignature}` },
  { title: 'an empty signature', token: `${signedGood}.` },
  { title: 'four parts', token: `${good}.${goodSignature}` },
  { title: 'five parts, like a JWE', token: `${good}.AA.AA` },
  { title: 'a dot at the end', token: `${good}.` },
  { title: 'a dot at the front', token: `.${good}` },
  { title: 'a space at the end', token: `${good} ` },
  { title: 'a space at the front', token: ` ${good}` },
  { title: 'a line feed at the end', token: `${good}\n` },
  {
    title: 'a line feed in the payload',
    token: `${goodHeader}.${goodPayload.slice(0, 9)}\n${goodPayload.slice(9)}.${goodSignature}`,
  },
  { title: 'a tab in the signature', token: `${signedGood}.${goodSignature.slice(0, 9)}\t${goodSignature.slice(9)}` },
  { title: 'a NUL at the end', token: `${good}\0` },
  { title: 'padding after the header', token: `${goodHeader}=.${goodPayload}.${goodSignature}` },
  { title: 'padding after the signature', token: `${good}==` },
  { title: 'plus and slash in the signature', token: `${signedGood}.+/${goodSignature.slice(2)}` },
  { title: 'a percent escape', token: good.replace('.', '%2E') },
  { title: 'a full-width dot', token: good.replace('.', '．') },
  { title: 'a letter from beyond ASCII', token: `${good.slice(0, -1)}é` },
  { title: 'a character whose low byte is a letter', token: `${good.slice(0, -1)}Ł` },
  {
    title: 'a header of impossible length',
    token: `${goodHeader}${'A'.repeat((5 - (goodHeader.length % 4)) % 4)}.${goodPayload}.${goodSignature}`,
  },
  { title: 'a header with a second spelling', token: respelled(oddHeader, 0) },
  { title: 'a payload with a second spelling', token: respelled(oddPayload, 1) },
  { title: 'a signature with a second spelling', token: respelled(good, 2) },
  {
    title: 'the flattened JSON serialisation',
    token: JSON.stringify({ protected: goodHeader, payload: goodPayload, signature: goodSignature }),
  },
  {
    title: 'the general JSON serialisation',
    token: JSON.stringify({ payload: goodPayload, signatures: [{ protected: goodHeader, signature: goodSignature }] }),
  },
  { title: 'more than 8 kB', token: claims({ filler: 'x'.repeat(8192) }) },
  { title: 'a megabyte of letters', token: `${'A'.repeat(1_000_000)}.${goodPayload}.${goodSignature}` },
  { title: 'a token twice, with a comma', token: `${good},${good}` },
  { title: 'the scheme left in front', token: `Bearer ${good}` },
  { title: 'a refresh token of this project', token: `swr_${encode(Buffer.alloc(96, 7))}` },
  {
    title: 'a refresh token in three parts',
    token: [64, 32, 32].map((length) => encode(Buffer.alloc(length, 7))).join('.'),
  },
]

const json: readonly TokenCase[] = [
  { title: 'a header that is not JSON', token: withHeaderText('alg=ES256') },
  { title: 'a header that is an array', token: withHeaderText(`[${headerText}]`) },
  { title: 'a header that is null', token: withHeaderText('null') },
  { title: 'a header that is a string', token: withHeaderText(JSON.stringify(headerText)) },
  { title: 'a header with a byte order mark', token: withHeaderText(`\ufeff${headerText}`) },
  { title: 'a header with a comma too many', token: withHeaderText(`${headerText.slice(0, -1)},}`) },
  { title: 'a header with a comment', token: withHeaderText(`/**/${headerText}`) },
  { title: 'a header followed by another', token: withHeaderText(headerText + headerText) },
  { title: 'a header in UTF-16', token: signText(es, Buffer.from(headerText, 'utf16le'), claimsText) },
  {
    title: 'a header with an overlong slash',
    token: signText(
      es,
      Buffer.concat([Buffer.from(`{"x":"`), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${headerText.slice(1)}`)]),
      claimsText,
    ),
  },
  { title: 'a repeated alg, the good one last', token: withHeaderText(`{"alg":"none",${headerText.slice(1)}`) },
  { title: 'a repeated alg, the good one first', token: withHeaderText(`${headerText.slice(0, -1)},"alg":"none"}`) },
  { title: 'a repeated alg, once with an escape', token: withHeaderText(`{"\\u0061lg":"none",${headerText.slice(1)}`) },
  { title: 'a repeated kid, twice the same', token: withHeaderText(`{"kid":"es",${headerText.slice(1)}`) },
  { title: 'a repeated name deep in the header', token: withHeaderText(`{"x":[{"y":1,"y":1}],${headerText.slice(1)}`) },
  { title: 'a header that is too deep', token: withHeaderText(`{${nested(32)},${headerText.slice(1)}`) },
  { title: 'claims that are not JSON', token: signText(es, headerText, 'sub=admin') },
  { title: 'claims that are an array', token: signText(es, headerText, `[${claimsText}]`) },
  { title: 'claims that are null', token: signText(es, headerText, 'null') },
  { title: 'claims that are a number', token: signText(es, headerText, '1') },
  { title: 'claims that are a string', token: signText(es, headerText, JSON.stringify(claimsText)) },
  { title: 'claims with a byte order mark', token: signText(es, headerText, `\ufeff${claimsText}`) },
  {
    title: 'claims that are not UTF-8',
    token: signText(es, headerText, Buffer.from(`{"name":"é",${claimsText.slice(1)}`, 'latin1')),
  },
  {
    title: 'claims with a surrogate in UTF-8',
    token: signText(
      es,
      headerText,
      Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(`",${claimsText.slice(1)}`)]),
    ),
  },
  { title: 'claims with a lone surrogate escaped', token: withText('"name":"\\ud800"') },
  { title: 'a claim named by a lone surrogate', token: withText('"\\udc00":1') },
  { title: 'a repeated sub', token: withText('"sub":"admin"') },
  { title: 'a repeated sub with an escape', token: withText('"s\\u0075b":"admin"') },
  { title: 'a repeated aud', token: withText('"aud":"payments"') },
  { title: 'a repeated exp', token: withText('"exp":1') },
  { title: 'a repeated name deep in the claims', token: withText('"address":{"city":"A","city":"B"}') },
  { title: 'a claim __proto__', token: withText('"__proto__":{"scope":"admin"}') },
  { title: 'a claim __proto__ with an escape', token: withText('"\\u005f_proto__":{"scope":"admin"}') },
  { title: 'a __proto__ deep in the claims', token: withText('"address":[{"__proto__":{}}]') },
  { title: 'claims that are too deep', token: withText(nested(32)) },
  { title: 'claims that are thousands deep', token: withText(nested(2500)) },
  { title: 'a control character in a string', token: withText('"name":"a\u0001b"') },
]

const algorithm: readonly TokenCase[] = [
  { title: 'alg none without a signature', token: unsigned('none') },
  { title: 'alg none with a signature of one byte', token: unsigned('none', 'AA') },
  { title: 'alg None', token: unsigned('None', goodSignature) },
  { title: 'alg noNE', token: unsigned('noNE', goodSignature) },
  { title: 'alg NONE with the signature of a good token', token: unsigned('NONE', goodSignature) },
  { title: 'an empty alg', token: header({ alg: '' }) },
  { title: 'no alg', token: header({ alg: undefined }) },
  { title: 'an alg that is null', token: header({ alg: null }) },
  { title: 'an alg that is a list', token: header({ alg: ['ES256'] }) },
  { title: 'an alg that is a number', token: header({ alg: 256 }) },
  { title: 'an alg in lower case', token: header({ alg: 'es256' }) },
  { title: 'an alg with a space', token: header({ alg: 'ES256 ' }) },
  { title: 'an alg with a NUL', token: header({ alg: 'ES256\0' }) },
  { title: 'HS256 with the PEM of the EC key', token: macked(pem(es), 'es') },
  { title: 'HS256 with the PEM of the RSA key', token: macked(pem(rs), 'rs') },
  { title: 'HS256 with the PEM without its line feed', token: macked(pem(rs).trim(), 'rs') },
  { title: 'HS256 with the DER of the RSA key', token: macked(der(rs), 'rs') },
  { title: 'HS256 with the JWK of the EC key', token: macked(JSON.stringify(es.jwk), 'es') },
  { title: 'HS256 with the modulus', token: macked(Buffer.from(rs.jwk.n!, 'base64url'), 'rs') },
  { title: 'HS256 with an empty secret', token: macked('', 'es') },
  { title: 'HS512 with the PEM of the RSA key', token: macked(pem(rs), 'rs', 'sha512') },
  { title: 'ES256 said of the RSA key', token: header({ alg: 'ES256' }, rs) },
  { title: 'RS256 said of the EC key', token: header({ alg: 'RS256' }, es) },
  { title: 'PS256 made with the RS256 key', token: signToken({ ...rs, algorithm: 'PS256' }) },
  { title: 'RS256 said, PS256 made', token: header({ alg: 'RS256' }, { ...rs, algorithm: 'PS256' }) },
  { title: 'PS256 by its own key, which is not in the list', token: signToken(ps) },
  { title: 'RS256 made with the PS256 key', token: signToken({ ...ps, algorithm: 'RS256' }) },
  { title: 'EdDSA by its own key, which is not in the list', token: signToken(ed) },
  { title: 'ES384 said of the P-256 key', token: header({ alg: 'ES384' }) },
  { title: 'ES256K said of the P-256 key', token: header({ alg: 'ES256K' }) },
]

const parameters: readonly TokenCase[] = [
  { title: 'no typ', token: header({ typ: undefined }) },
  { title: 'typ JWT', token: header({ typ: 'JWT' }) },
  { title: 'typ of an id token', token: header({ typ: 'id+jwt' }) },
  { title: 'typ of a DPoP proof', token: header({ typ: 'dpop+jwt' }) },
  { title: 'typ of a logout token', token: header({ typ: 'logout+jwt' }) },
  { title: 'typ of a security event', token: header({ typ: 'secevent+jwt' }) },
  { title: 'an empty typ', token: header({ typ: '' }) },
  { title: 'a typ that is null', token: header({ typ: null }) },
  { title: 'a typ that is a list', token: header({ typ: ['at+jwt'] }) },
  { title: 'a typ with application twice', token: header({ typ: 'application/application/at+jwt' }) },
  { title: 'a typ with a parameter', token: header({ typ: 'at+jwt; charset=utf-8' }) },
  { title: 'a typ with a letter that only looks like one', token: header({ typ: 'at+Jwt'.replace('t', 'ⅽ') }) },
  { title: 'crit empty', token: header({ crit: [] }) },
  { title: 'crit with exp', token: header({ crit: ['exp'], exp: now }) },
  { title: 'crit with b64', token: header({ crit: ['b64'], b64: true }) },
  { title: 'crit null', token: header({ crit: null }) },
  { title: 'b64 false without crit', token: header({ b64: false }) },
  {
    title: 'b64 false over a raw payload',
    token: signText(es, JSON.stringify({ ...headerOf(es), b64: false, crit: ['b64'] }), claimsText),
  },
  { title: 'zip DEF', token: header({ zip: 'DEF' }) },
  { title: 'cty JWT around a token', token: signText(es, JSON.stringify({ ...headerOf(es), cty: 'JWT' }), good) },
  { title: 'cty JWT around claims', token: header({ cty: 'JWT' }) },
  { title: 'enc, as a JWE has', token: header({ enc: 'A128GCM' }) },
  { title: 'a jwk that signed it', token: header({ jwk: attacker.jwk }, attacker) },
  { title: 'a jwk beside the good key', token: header({ jwk: es.jwk }) },
  { title: 'a jku', token: header({ jku: 'https://evil.example/jwks.json' }, attacker) },
  { title: 'a jku of the issuer', token: header({ jku: `${issuer}/.well-known/jwks.json` }) },
  { title: 'an x5u', token: header({ x5u: 'https://evil.example/cert.pem' }) },
  { title: 'an x5c', token: header({ x5c: [der(attacker).toString('base64')] }, attacker) },
]

const keys: readonly TokenCase[] = [
  { title: 'no kid where there are several keys', token: header({ kid: undefined }) },
  { title: 'an unknown kid', token: header({ kid: 'unknown' }) },
  { title: 'a kid with a space', token: header({ kid: 'es ' }) },
  { title: 'a kid in another case', token: header({ kid: 'ES' }) },
  { title: 'an empty kid', token: header({ kid: '' }) },
  { title: 'a kid that is null', token: header({ kid: null }) },
  { title: 'a kid that is a number', token: header({ kid: 0 }) },
  { title: 'a kid that is a list', token: header({ kid: ['es'] }) },
  { title: 'a kid that is a path', token: header({ kid: '../../../../dev/null' }) },
  { title: 'a kid that is SQL', token: header({ kid: "' OR 1=1 --" }) },
  { title: 'a kid that every object has', token: header({ kid: 'constructor' }) },
  { title: 'a kid __proto__', token: header({ kid: '__proto__' }) },
  { title: 'a kid of another trusted key', token: header({ kid: 'other' }) },
  { title: 'the right kid and the wrong key', token: signToken(attacker) },
  { title: 'the right kid and the wrong RSA key', token: signToken(attackerRsa) },
]

const signatures: readonly TokenCase[] = [
  { title: 'a signature of zeros', token: withSignature(Buffer.alloc(64)) },
  { title: 'a signature with r = 0', token: withSignature(Buffer.concat([scalar(0n), scalar(1n)])) },
  { title: 'a signature with s = 0', token: withSignature(Buffer.concat([scalar(1n), scalar(0n)])) },
  { title: 'a signature with r = s = 1', token: withSignature(Buffer.concat([scalar(1n), scalar(1n)])) },
  { title: 'a signature with r = s = n', token: withSignature(Buffer.concat([scalar(order), scalar(order)])) },
  {
    title: 'a signature with r = n',
    token: withSignature(Buffer.concat([scalar(order), signatureBytes.subarray(32)])),
  },
  {
    title: 'a signature with s = n',
    token: withSignature(Buffer.concat([signatureBytes.subarray(0, 32), scalar(order)])),
  },
  {
    title: 'a signature with r = s = n - 1',
    token: withSignature(Buffer.concat([scalar(order - 1n), scalar(order - 1n)])),
  },
  { title: 'a signature of all ones', token: withSignature(Buffer.alloc(64, 0xff)) },
  { title: 'a signature of the empty text', token: withSignature(rawSignature(es, '')) },
  { title: 'a signature of the payload alone', token: withSignature(rawSignature(es, goodPayload)) },
  { title: 'a signature of the decoded parts', token: withSignature(rawSignature(es, `${headerText}.${claimsText}`)) },
  {
    title: 'a signature with its halves exchanged',
    token: withSignature(Buffer.concat([signatureBytes.subarray(32), signatureBytes.subarray(0, 32)])),
  },
  { title: 'a signature without its last byte', token: withSignature(signatureBytes.subarray(0, 63)) },
  { title: 'a signature without its first byte', token: withSignature(signatureBytes.subarray(1)) },
  { title: 'a signature with a zero behind', token: withSignature(Buffer.concat([signatureBytes, Buffer.alloc(1)])) },
  {
    title: 'a signature with a zero before each half',
    token: withSignature(
      Buffer.concat([Buffer.alloc(1), signatureBytes.subarray(0, 32), Buffer.alloc(1), signatureBytes.subarray(32)]),
    ),
  },
  { title: 'a signature in DER', token: withSignature(createSign('sha256').update(signedGood).sign(es.privateKey)) },
  {
    title: 'a signature with one bit changed',
    token: withSignature(signatureBytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte))),
  },
  { title: 'a signature of another token', token: `${signedGood}.${signToken(es, { sub: 'other' }).split('.')[2]}` },
  { title: 'an RSA signature of zeros', token: withSignature(Buffer.alloc(256), rs) },
  { title: 'an RSA signature of one', token: withSignature(Buffer.concat([Buffer.alloc(255), Buffer.from([1])]), rs) },
  {
    title: 'an RSA signature with a zero before it',
    token: withSignature(Buffer.concat([Buffer.alloc(1), rawSignature(rs, signedGood)]), rs),
  },
  {
    title: 'an RSA signature over SHA-1',
    token: withSignature(
      createSign('sha1')
        .update(`${encode(JSON.stringify(headerOf(rs)))}.${goodPayload}`)
        .sign(rs.privateKey),
      rs,
    ),
  },
  {
    title: 'a header with one letter changed',
    token: `${encode(headerText.replace('"es"', '"er"'))}.${goodPayload}.${goodSignature}`,
  },
  {
    title: 'claims with another sub',
    token: `${goodHeader}.${encode(claimsText.replace('user-1', 'user-2'))}.${goodSignature}`,
  },
  { title: 'claims with a space more', token: `${goodHeader}.${encode(`${claimsText} `)}.${goodSignature}` },
]

const identity: readonly TokenCase[] = [
  { title: 'no iss', token: without('iss') },
  { title: 'another iss', token: claims({ iss: 'https://evil.example' }) },
  { title: 'an iss that begins alike', token: claims({ iss: `${issuer}.evil.example` }) },
  { title: 'an iss with a slash more', token: claims({ iss: `${issuer}/` }) },
  { title: 'an iss in another case', token: claims({ iss: issuer.toUpperCase() }) },
  { title: 'an iss with its port', token: claims({ iss: `${issuer}:443` }) },
  { title: 'an iss that is a list', token: claims({ iss: [issuer] }) },
  { title: 'an iss that is null', token: claims({ iss: null }) },
  { title: 'no aud', token: without('aud') },
  { title: 'another aud', token: claims({ aud: 'payments' }) },
  { title: 'an aud that begins alike', token: claims({ aud: `${audience}-admin` }) },
  { title: 'an aud that is the beginning', token: claims({ aud: audience.slice(0, -1) }) },
  { title: 'an aud in another case', token: claims({ aud: 'Orders' }) },
  { title: 'an aud with spaces between names', token: claims({ aud: `payments ${audience}` }) },
  { title: 'an empty aud', token: claims({ aud: '' }) },
  { title: 'an aud that is an empty list', token: claims({ aud: [] }) },
  { title: 'an aud that lists others', token: claims({ aud: ['payments', 'stock'] }) },
  { title: 'an aud that lists a number beside', token: claims({ aud: [audience, 1] }) },
  { title: 'an aud that lists a list', token: claims({ aud: [[audience]] }) },
  { title: 'an aud that is an object', token: claims({ aud: { 0: audience, length: 1 } }) },
  { title: 'an aud that is null', token: claims({ aud: null }) },
  { title: 'no sub', token: without('sub') },
  { title: 'an empty sub', token: claims({ sub: '' }) },
  { title: 'a sub that is a number', token: claims({ sub: 1 }) },
  { title: 'a sub that is an object', token: claims({ sub: { $ne: '' } }) },
  { title: 'a sub that is null', token: claims({ sub: null }) },
  { title: 'no sid', token: without('sid') },
  { title: 'an empty sid', token: claims({ sid: '' }) },
  { title: 'a sid that is a list', token: claims({ sid: ['AAAAAAAAAAAAAAAAAAAAAA'] }) },
  { title: 'no client_id', token: without('client_id') },
  { title: 'a client_id that is a number', token: claims({ client_id: 7 }) },
  { title: 'no jti', token: without('jti') },
  { title: 'a jti that is a number', token: claims({ jti: 7 }) },
  { title: 'a scope that is a list', token: claims({ scope: ['orders'] }) },
  { title: 'a scope that is null', token: claims({ scope: null }) },
  { title: 'a tenant that is a number', token: claims({ tenant: 1 }) },
  { title: 'a pv that is a string', token: claims({ pv: '1' }) },
  { title: 'a pv that is a fraction', token: claims({ pv: 1.5 }) },
  { title: 'a cnf with a thumbprint', token: claims({ cnf: { jkt: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } }) },
  { title: 'an empty cnf', token: claims({ cnf: {} }) },
  { title: 'a cnf that is null', token: claims({ cnf: null }) },
  { title: 'a cnf of a certificate', token: claims({ cnf: { 'x5t#S256': 'AAAA' } }) },
]

const times: readonly TokenCase[] = [
  { title: 'no exp', token: without('exp') },
  { title: 'no iat', token: without('iat') },
  { title: 'an exp that is a string', token: claims({ exp: String(now + 290) }) },
  { title: 'an exp that is a fraction', token: claims({ exp: now + 289.5 }) },
  { title: 'an exp that is null', token: claims({ exp: null }) },
  { title: 'an exp that is a list', token: claims({ exp: [now + 290] }) },
  { title: 'an exp that is true', token: claims({ exp: true }) },
  { title: 'an exp beyond all numbers', token: withClaimText('exp', '1e400') },
  { title: 'an exp beyond whole numbers', token: withClaimText('exp', '9007199254740993') },
  { title: 'an exp that is negative', token: claims({ exp: -1, iat: -100 }) },
  { title: 'an exp that is zero', token: claims({ exp: 0 }) },
  { title: 'an exp that is NaN', token: withClaimText('exp', 'NaN') },
  { title: 'an exp in milliseconds', token: claims({ exp: (now + 290) * 1000 }) },
  { title: 'an iat that is a string', token: claims({ iat: String(now) }) },
  { title: 'an iat that is a fraction', token: claims({ iat: now - 0.5 }) },
  { title: 'an iat that is negative', token: claims({ iat: -1 }) },
  { title: 'an iat in the future', token: claims({ iat: now + 6, exp: now + 300 }) },
  { title: 'an exp that is the iat', token: claims({ iat: now, exp: now }) },
  { title: 'an exp before the iat', token: claims({ iat: now + 3, exp: now + 1 }) },
  { title: 'an nbf in the future', token: claims({ nbf: now + 6 }) },
  { title: 'an nbf that is a string', token: claims({ nbf: 'now' }) },
  { title: 'an nbf that is null', token: claims({ nbf: null }) },
  { title: 'an nbf below all numbers', token: withText('"nbf":-1e400') },
  { title: 'an auth_time that is a string', token: claims({ auth_time: 'yesterday' }) },
  { title: 'an auth_time that is a fraction', token: claims({ auth_time: 0.5 }) },
  { title: 'a lifetime of a second too much', token: claims({ iat: now, exp: now + 3601 }) },
  { title: 'a lifetime of a hundred years', token: claims({ exp: now + 3_155_760_000 }) },
]

/** Refused with `access_token_invalid`. */
export const hostileTokens: readonly TokenCase[] = [
  ...form,
  ...json,
  ...algorithm,
  ...parameters,
  ...keys,
  ...signatures,
  ...identity,
  ...times,
]

/** Refused with `access_token_expired`, which tells a client that refreshing helps. */
export const expiredTokens: readonly TokenCase[] = [
  { title: 'expired an hour ago', token: claims({ iat: now - 3900, exp: now - 3600 }) },
  { title: 'expired as long ago as clocks may differ', token: claims({ exp: now - 5, iat: now - 305 }) },
]

const highS = (() => {
  const [r, s] = [signatureBytes.subarray(0, 32), BigInt(`0x${signatureBytes.subarray(32).toString('hex')}`)]
  return withSignature(Buffer.concat([r, scalar(order - s)]))
})()

/** Good ones beside them, so that a guard which refuses everything fails. */
export const goodTokens: readonly TokenCase[] = [
  { title: 'a plain good token', token: good },
  { title: 'a good token of the other EC key', token: signToken(other) },
  { title: 'a good RS256 token', token: signToken(rs) },
  { title: 'the same token with the other of two valid S', token: highS },
  { title: 'typ in capitals', token: header({ typ: 'AT+JWT' }) },
  { title: 'typ as a full media type', token: header({ typ: 'application/at+jwt' }) },
  { title: 'typ as a full media type in capitals', token: header({ typ: 'Application/AT+JWT' }) },
  { title: 'a header parameter that nobody knows', token: header({ example: { nested: [1] } }) },
  { title: 'a header with white space', token: withHeaderText(JSON.stringify(headerOf(es), null, 2)) },
  { title: 'a header with an escaped name', token: withHeaderText(headerText.replace('"alg"', '"\\u0061lg"')) },
  { title: 'a list of audiences', token: claims({ aud: ['payments', audience] }) },
  { title: 'an nbf in the past', token: claims({ nbf: now - 10 }) },
  { title: 'an nbf within the tolerance', token: claims({ nbf: now + 5 }) },
  { title: 'an iat within the tolerance', token: claims({ iat: now + 5 }) },
  { title: 'an exp just within the tolerance', token: claims({ exp: now - 4 }) },
  { title: 'the longest lifetime', token: claims({ iat: now, exp: now + 3600 }) },
  { title: 'no scope', token: without('scope') },
  { title: 'no auth_time', token: without('auth_time') },
  { title: 'a tenant and a profile version', token: claims({ tenant: 'acme', pv: 3 }) },
  { title: 'names that repeat in different objects', token: withText('"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]') },
  { title: 'a value that repeats a name', token: withText('"nickname":"sub","list":["sub","sub"]') },
  { title: 'a name with quotes and braces in it', token: withText('"a\\"}:{\\\\":1') },
  { title: 'text beyond ASCII', token: claims({ sub: '用户-Ünï-😀', name: 'ﬁ' }) },
  { title: '31 levels below the claims', token: withText(nested(31)) },
  { title: 'an exp with an exponent', token: withClaimText('exp', `${(now + 290) / 10}e1`) },
  { title: 'nearly 8 kB', token: claims({ filler: 'x'.repeat(5500) }) },
]

/** Where a kid may be left out: there is nothing to choose. */
export const goodWithoutKid = header({ kid: undefined })
export const onlyKey = es
