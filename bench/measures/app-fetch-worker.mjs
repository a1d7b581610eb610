import { serve as serveHono } from '@hono/node-server'
import { Hono } from 'hono'
import { serve } from '../../dist/adapters/node.js'
import { createRouter } from '../../dist/index.js'
import { addSample, median } from '../harness/stats.ts'
import { lookupsOf, tableOf, toColon } from './router-tables.mjs'

/**
 * Measures `app.fetch` alone, in a process of its own: `node app-fetch-worker.mjs NAME COUNT MILLIS`. Requests are those that each
 * one's own server has made of HTTP requests; handlers are async and answer text. Kinds of routes have their turn in each of some
 * rounds, the first half of which is for the compiler. MILLIS is what each kind has in the measured ones. Prints nanoseconds per
 * request, medians.
 */

const [, , name, count, millis] = process.argv
const routes = tableOf(Number(count))
/** As many come before them, unmeasured. */
const MEASURED_ROUNDS = 3

function createHono() {
  const app = new Hono()
  for (const route of routes) app.get(toColon(route), async (c) => new Response(c.req.param('id') ?? 'static'))
  return app
}

const GET = async (_request, { params }) => new Response((await params).id ?? 'static')

const toRoute = (pathname, module) => ({ pathname, file: `${pathname}/route.ts`, load: async () => module })

const createOurs = () =>
  createRouter({
    version: 2,
    routes: [...routes.map((pathname) => toRoute(pathname, { GET })), toRoute('/kept', { GET, dynamic: 'force-static' })],
  })

const isOurs = name === 'everyroute'
const app = isOurs ? createOurs() : createHono()

/** What a server hands to its app for requests of these paths. */
async function receive(paths) {
  const received = []
  const take = {
    fetch(...given) {
      received.push(given)
      return new Response('taken')
    },
  }
  const server = isOurs
    ? (await serve(take, { port: 0, quiet: true, signals: false })).server
    : await new Promise((resolve) => {
        const listening = serveHono({ ...take, port: 0 }, () => resolve(listening))
      })
  const origin = `http://127.0.0.1:${server.address().port}`
  for (const path of paths) await (await fetch(origin + path)).text()
  server.close()
  return received
}

const requestsOf = (isWanted) => receive(lookupsOf(routes, isWanted, 500).map(({ path }) => path))

async function time(requests) {
  const end = performance.now() + Number(millis) / MEASURED_ROUNDS
  const before = process.cpuUsage()
  let answered = 0
  do {
    for (const [request, env, context] of requests) {
      const answer = await app.fetch(request, env, context)
      if (answer.status !== 200) throw new Error(`${request.url}: ${answer.status}`)
    }
    answered += requests.length
  } while (performance.now() < end)
  return (process.cpuUsage(before).user * 1000) / answered
}

const kinds = {
  static: await requestsOf((route) => !route.includes('[')),
  dynamic: await requestsOf((route) => route.endsWith('[id]')),
  ...(isOurs && { kept: await receive(Array.from({ length: 500 }, () => '/kept')) }),
}
const samples = {}
for (let i = -MEASURED_ROUNDS; i < MEASURED_ROUNDS; i++) {
  for (const [kind, requests] of Object.entries(kinds)) {
    const nanoseconds = await time(requests)
    if (i >= 0) addSample(samples, name, kind, nanoseconds)
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(samples[name]).map(([kind, values]) => [kind, median(values)]))))
process.exit(0)
