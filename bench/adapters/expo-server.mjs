import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { listenOn } from './shared.mjs'

/** Expo's server over an export written by hand: the server is what is measured, its bundler is not needed for that. */

const { createRequestHandler } = createRequire(import.meta.url)('expo-server/adapter/http')
const handle = createRequestHandler({ build: fileURLToPath(new URL('./expo', import.meta.url)) })
listenOn(createServer((req, res) => handle(req, res, () => res.writeHead(500).end())))
