import { lookupsOf, tableOf } from './router-tables.mjs'
import { ROUTERS } from './routers.mjs'

/**
 * Measures one router with one table, in a process of its own: `node router-worker.mjs NAME COUNT MILLIS`. Prints JSON: build in
 * milliseconds, the first lookup in microseconds, then nanoseconds per lookup.
 */

const [, , name, count, millis] = process.argv
const ORIGIN = 'http://localhost:3000'
const routes = tableOf(Number(count))
const KINDS = {
  static: lookupsOf(routes, (route) => !route.includes('[')),
  dynamic: lookupsOf(routes, (route) => route.endsWith('[id]')),
  deep: lookupsOf(routes, (route) => route.endsWith('[itemId]')),
  miss: lookupsOf(routes, (route) => route.endsWith('[id]')).map(({ path }) => ({ path: `${path}/nothing/here` })),
}

let start = performance.now()
const find = ROUTERS[name](routes)
const buildTime = performance.now() - start
start = performance.now()
find(KINDS.dynamic[0].path)
const first = (performance.now() - start) * 1000

for (const lookups of Object.values(KINDS)) {
  for (const { path, route, last } of lookups) {
    const found = find(path)
    if (found?.route === route && found?.last === last) continue
    throw new Error(`${name} finds ${JSON.stringify(found)} for ${path} instead of ${route} with ${last}`)
  }
}

let sink = 0

/** Nanoseconds of user time per lookup. Paths are cut out of URLs, as in a request: no string that has been looked up before. */
function time(urls) {
  const before = process.cpuUsage()
  const end = performance.now() + Number(millis)
  let lookups = 0
  do {
    for (let i = 0; i < urls.length; i++) if (find(urls[i].slice(ORIGIN.length)) !== undefined) sink++
    lookups += urls.length
  } while (performance.now() < end)
  return (process.cpuUsage(before).user * 1000) / lookups
}

const urlsOf = (lookups) => lookups.map(({ path }) => ORIGIN + path)
const kinds = Object.entries(KINDS).map(([kind, lookups]) => [kind, urlsOf(lookups)])
for (const [, urls] of kinds) time(urls)
const hot = Object.fromEntries(kinds.map(([kind, urls]) => [kind, time(urls)]))
console.log(JSON.stringify({ build: buildTime, first, ...hot, sink: sink > 0 }))
