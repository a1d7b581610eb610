/**
 * Routes as a REST API has them: five for each resource. None is static beside a param (`/books/search`, `/books/[id]`): Hono's
 * RegExpRouter refuses such tables, and Hono then takes its TrieRouter for all of them.
 */
const NOUNS = ['accounts', 'books', 'carts', 'devices', 'events', 'files', 'groups', 'invoices', 'jobs', 'keys']

/**
 * A table of routes in Next.js's notation.
 * @param {number} count a multiple of 5
 */
export function tableOf(count) {
  const routes = []
  for (let i = 0; routes.length < count; i++) {
    const noun = `${NOUNS[i % NOUNS.length]}${i < NOUNS.length ? '' : Math.floor(i / NOUNS.length)}`
    const base = `/api/v1/${noun}`
    routes.push(base, `/api/v1/counts/${noun}`, `${base}/[id]`, `${base}/[id]/items`, `${base}/[id]/items/[itemId]`)
  }
  return routes
}

export const toColon = (pathname) => pathname.replace(/\[(\w+)\]/g, ':$1')

/** The same numbers on every run (mulberry32). */
export function randomOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Paths that are looked up, spread over the whole table, each with the route and the last param that it has to give.
 * @param {(pathname: string) => boolean} isWanted
 */
export function lookupsOf(routes, isWanted, count = 1000) {
  const wanted = routes.filter(isWanted)
  const random = randomOf(7)
  return Array.from({ length: count }, () => {
    const route = wanted[Math.floor(random() * wanted.length)]
    let last
    const path = route.replace(/\[\w+\]/g, () => {
      last = String(Math.floor(random() * 1e6))
      return last
    })
    return { route, path, last }
  })
}
