import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { HOSTNAME, PORT } from './shared.mjs'
import { countBytes, eventStream } from './streams.mjs'

/** What the stream cases compare with: the same bodies, answered by Hono. */

const app = new Hono()
app.get('/events', () => new Response(eventStream(), { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } }))
app.post('/upload', async (c) => Response.json({ bytes: await countBytes(c.req.raw) }))

serve({ fetch: app.fetch, port: PORT, hostname: HOSTNAME })
