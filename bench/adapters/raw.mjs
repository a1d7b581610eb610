import { createServer } from 'node:http'
import {
  ALLOW_HEADERS,
  ALLOW_METHODS,
  accountOf,
  INTERNAL_ERROR,
  INVALID_ORDER,
  listenOn,
  NOT_FOUND,
  ORIGIN,
  sumOrder,
  TOKEN,
  UNAUTHORIZED,
} from './shared.mjs'

/** What can be had by hand: no router, no Request, no Response. */

function send(res, status, body, headers) {
  const text = JSON.stringify(body)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers })
  res.end(text)
}

function readJson(req, done) {
  const chunks = []
  req.on('data', (chunk) => chunks.push(chunk))
  req.on('end', () => {
    try {
      done(JSON.parse(Buffer.concat(chunks).toString()))
    } catch {
      done(undefined)
    }
  })
}

function answerAccount(req, res, query) {
  const cors = req.headers.origin === ORIGIN ? { 'access-control-allow-origin': ORIGIN, vary: 'Origin' } : { vary: 'Origin' }
  if (req.method === 'OPTIONS') {
    res.writeHead(204, { ...cors, 'access-control-allow-methods': ALLOW_METHODS, 'access-control-allow-headers': ALLOW_HEADERS }).end()
    return
  }
  if (req.headers.authorization !== `Bearer ${TOKEN}`) {
    send(res, 401, UNAUTHORIZED, { ...cors, 'www-authenticate': 'Bearer' })
    return
  }
  try {
    send(res, 200, accountOf(query === 'fail=1'), cors)
  } catch {
    send(res, 500, INTERNAL_ERROR, cors)
  }
}

const server = createServer((req, res) => {
  const { url } = req
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark + 1)
  if (path === '/ping') return send(res, 200, { pong: true })
  if (path.startsWith('/users/')) return send(res, 200, { id: decodeURIComponent(path.slice(7)) })
  if (path === '/search') {
    const params = new URLSearchParams(query)
    return send(res, 200, { q: params.get('q'), page: Number(params.get('page')) })
  }
  if (path === '/orders' && req.method === 'POST') {
    return readJson(req, (value) => {
      const sum = sumOrder(value)
      if (sum) send(res, 200, sum)
      else send(res, 422, INVALID_ORDER)
    })
  }
  if (path === '/account') return answerAccount(req, res, query)
  send(res, 404, NOT_FOUND)
})
listenOn(server)
