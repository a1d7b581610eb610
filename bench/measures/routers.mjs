import { createRequire } from 'node:module'
import findMyWay from 'find-my-way'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { Memoirist } from 'memoirist'
import { addRoute, createRouter, findRoute } from 'rou3'
import '../../dist/register.js'
import { toColon } from './router-tables.mjs'

const { createMatcher } = await import('../../src/runtime/matcher.ts')

/**
 * Routers by name: each makes of a table a function that gives for a path its route and the params' values by name, as the
 * router gives them to a framework; `undefined` where nothing matches.
 */

const lastNameOf = (pathname) => /\[(\w+)\](?!.*\[)/.exec(pathname)?.[1]

function hono(create) {
  return (routes) => {
    const router = create()
    for (const route of routes) router.add('GET', toColon(route), { route, name: lastNameOf(route) })
    return (path) => {
      const [found, stash] = router.match('GET', path)
      if (found.length === 0) return undefined
      const [{ route, name }, params] = found[0]
      const value = name === undefined ? undefined : params[name]
      return { route, last: stash && value !== undefined ? stash[value] : value }
    }
  }
}

const taken = (entry, params) => ({ route: entry.route, last: entry.name === undefined ? undefined : params[entry.name] })

const entryOf = (route) => ({ route, name: lastNameOf(route), pathname: route })

/** As Next.js has it: static pages in a set, dynamic ones in a sorted list of regular expressions. */
function next(routes) {
  const require = createRequire(import.meta.url)
  const utils = 'next/dist/shared/lib/router/utils'
  const { getSortedRoutes } = require(`${utils}/sorted-routes`)
  const { getRouteRegex } = require(`${utils}/route-regex`)
  const { getRouteMatcher } = require(`${utils}/route-matcher`)
  const statics = new Map(routes.filter((route) => !route.includes('[')).map((route) => [route, entryOf(route)]))
  const dynamic = getSortedRoutes(routes.filter((route) => route.includes('['))).map((route) => ({
    entry: entryOf(route),
    match: getRouteMatcher(getRouteRegex(route)),
  }))
  return (path) => {
    const page = statics.get(path)
    if (page) return { route: page.route, last: undefined }
    for (const { entry, match } of dynamic) {
      const params = match(path)
      if (params) return taken(entry, params)
    }
    return undefined
  }
}

export const ROUTERS = {
  everyroute(routes) {
    const matcher = createMatcher(routes.map(entryOf))
    return (path) => {
      const match = matcher.match(path)
      return match && taken(match.route, match.params)
    }
  },
  memoirist(routes) {
    const router = new Memoirist()
    for (const route of routes) router.add('GET', toColon(route), entryOf(route))
    return (path) => {
      const found = router.find('GET', path)
      return found ? taken(found.store, found.params) : undefined
    }
  },
  rou3(routes) {
    const router = createRouter()
    for (const route of routes) addRoute(router, 'GET', toColon(route), entryOf(route))
    return (path) => {
      const found = findRoute(router, 'GET', path)
      return found && taken(found.data, found.params)
    }
  },
  'find-my-way'(routes) {
    const router = findMyWay()
    for (const route of routes) router.on('GET', toColon(route), () => {}, entryOf(route))
    return (path) => {
      const found = router.find('GET', path)
      return found ? taken(found.store, found.params) : undefined
    }
  },
  'hono (default)': hono(() => new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })),
  'hono TrieRouter': hono(() => new TrieRouter()),
  'next sorted list': next,
}
