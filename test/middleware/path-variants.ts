import fc from 'fast-check'

/** A request's target, its method and its headers. */
export interface Variant {
  readonly target: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

type Mutation = (path: string, at: number) => string

const put =
  (text: string): Mutation =>
  (path, at) =>
    path.slice(0, at) + text + path.slice(at)

/** Changes the character at a place. */
const swap =
  (change: (character: string) => string): Mutation =>
  (path, at) =>
    path.slice(0, at) + change(path.charAt(at)) + path.slice(at + 1)

/** Puts something behind the slash that comes next, or at the end. */
const putBehindSlash =
  (text: string): Mutation =>
  (path, at) => {
    const slash = path.indexOf('/', at)
    return slash === -1 ? `${path}/${text}` : path.slice(0, slash + 1) + text + path.slice(slash + 1)
  }

const swapSlash =
  (text: string): Mutation =>
  (path, at) => {
    const slash = path.indexOf('/', Math.max(at, 1))
    return slash === -1 ? path + text : path.slice(0, slash) + text + path.slice(slash + 1)
  }

const hexOf = (character: string): string =>
  [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

const encode = swap(hexOf)
/** Two bytes for a character that has one: 0xC0 or 0xC1 and what UTF-8 forbids behind it. */
const overlong = swap((character) => {
  const code = character.charCodeAt(0) & 0x7f
  return `%${(0xc0 | (code >> 6)).toString(16)}%${(0x80 | (code & 0x3f)).toString(16)}`
})
const changeCase = swap((character) => (character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()))
const fullWidth = swap((character) => (/[!-~]/.test(character) ? String.fromCharCode(character.charCodeAt(0) + 0xfee0) : character))

const MUTATIONS: readonly Mutation[] = [
  encode,
  swap((character) => hexOf(character).toUpperCase()),
  swap((character) => hexOf(hexOf(character))),
  swap((character) => hexOf(character).replace('%', '%25')),
  overlong,
  changeCase,
  fullWidth,
  (path) => path.toUpperCase(),
  (path) => path.normalize('NFD'),
  (path) => path.normalize('NFKC'),
  (path) => encodeURIComponent(path),
  ...['/', '//', './', '../', 'x/../', '%2e/', '%2e%2e/', '%2E./', '.%2e/', '..;/', '..%00/', '...', ';/', ';a=b/', '%20/', '%09'].map(
    putBehindSlash,
  ),
  ...['\\', '//', '%2f', '%2F', '%252f', '%5c', '%5C', '%255c', '/%2f', '\\/', '／', '∕', '%c0%af', '%e0%80%af', ';', '%3b', '|'].map(
    swapSlash,
  ),
  ...['%00', '\0', '\t', '\n', '\r\n', ' ', '+', '%', '%g1', '%c3%28', '%ff', '%ef%bb%bf', '%e2%80%8b', 'é', 'e\u0301', '~', '*'].map(put),
  ...['', '/', '//', '.', './', '..', '/.', '/..', '/../', '%20', ' ', '%2e', '%2f', ';', ';a=b', ';.js', '.json', '.html', '/index'].map(
    (text): Mutation =>
      (path) =>
        path + text,
  ),
  ...['?', '?next=/admin/x', '?/../admin', '??', '#', '#/admin', '%3f', '%23', '&x', '?nxtPid=1', '?_rsc=1'].map(
    (text): Mutation =>
      (path) =>
        path + text,
  ),
  ...[
    '/.',
    '/..',
    '/',
    '//',
    '/x/..',
    '/%2e%2e',
    '/admin/..',
    '/administrator/..',
    '/docs/..',
    '/r',
    '/r/r',
    '/base',
    '/%62ase',
    '/\\',
  ].map(
    (text): Mutation =>
      (path) =>
        text + path,
  ),
]

/** What stands in front of the path of an absolute-form target, and what looks like it. */
const AUTHORITIES = [
  ...['http://localhost', 'http://localhost:80', 'HTTP://LOCALHOST', 'http://localhost.', 'http://admin', 'https://x:1', 'http://[::1]'],
  ...['http:/', 'http:', '//admin', '//localhost', 'http://localhost/http://localhost', 'http://admin@localhost'],
]

const METHODS = ['GET', 'GET', 'GET', 'GET', 'HEAD', 'HEAD', 'OPTIONS', 'POST', 'POST', 'PUT', 'DELETE', 'PROPFIND', 'QUERY', 'get']

const PREFLIGHT = { origin: 'https://app.example', 'access-control-request-method': 'GET' }

/** By which servers and proxies have been led past their checks. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...[{}, {}, {}, {}, PREFLIGHT],
  { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware', 'x-middleware-next': '1' },
  { 'x-middleware-rewrite': 'http://localhost/admin/x', 'x-middleware-skip': '1' },
  { 'x-original-url': '/admin/x', 'x-rewrite-url': '/admin/x', 'x-forwarded-prefix': '/admin' },
  { 'x-http-method-override': 'GET', 'x-matched-path': '/admin/x', 'x-now-route-matches': 'id=7' },
  { 'next-action': 'x', 'x-nextjs-data': '1', rsc: '1', purpose: 'prefetch' },
  { range: 'bytes=0-1', 'if-none-match': '*', upgrade: 'websocket' },
]

/**
 * Variants of paths: spelled in other ways, with more and less in them.
 * @param options.base the base path in front of most
 * @param options.rewritten whether some begin with `/r`
 */
export function variantsOf(
  paths: readonly string[],
  { base = '', rewritten = false }: { base?: string; rewritten?: boolean },
): fc.Arbitrary<Variant> {
  const prefixes = [base, base, base, base, '', ...(rewritten ? [`${base}/r`, `${base}/r`] : [])]
  const path = fc
    .tuple(
      fc.constantFrom(...prefixes),
      fc.constantFrom(...paths),
      fc.array(fc.tuple(fc.constantFrom(...MUTATIONS), fc.nat(30)), { maxLength: 4 }),
    )
    .map(([prefix, plain, mutations]) =>
      mutations.reduce((changed, [mutate, at]) => mutate(changed, Math.min(at, changed.length)), prefix + plain),
    )
  const authority = fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom(...AUTHORITIES) })
  return fc.record({
    target: fc.tuple(authority, path).map((parts) => parts.join('')),
    method: fc.constantFrom(...METHODS),
    headers: fc.constantFrom(...HEADERS),
  })
}

/** As many variants as are asked for, the same in every run. */
export const sampleVariants = (variants: fc.Arbitrary<Variant>, count: number): Variant[] =>
  fc.sample(variants, { numRuns: count, seed: 20 })
