import { httpInstrumentationMiddleware } from '@hono/otel'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { MiddlewareHandler } from 'hono'
import { expect, test, vi } from 'vitest'
import { redirect } from '../../src/next/navigation.js'
import { inFront, OUTER_PLACES, PLACES } from './battery-places.js'

function tracing(): { middleware: MiddlewareHandler; spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  return { middleware: httpInstrumentationMiddleware({ tracerProvider }), spans: () => exporter.getFinishedSpans() }
}

const summary = ({ name, attributes, status, events }: ReadableSpan) => ({
  name,
  route: attributes['http.route'],
  method: attributes['http.request.method'],
  status: attributes['http.response.status_code'],
  isError: status.code === SpanStatusCode.ERROR,
  exceptions: events.map((event) => event.attributes?.['exception.message']),
})

const ok = () => new Response('ok')
const fail = (): never => {
  throw new Error('broken')
}

test.each(['app.use', '_middleware.ts', 'withMiddleware'] as const)(
  'each request has one span with route, status and error, by %s',
  async (place) => {
    const { middleware, spans } = tracing()
    const ask = inFront(place, [middleware], {
      '/a': { GET: ok },
      '/users/[id]': { GET: ok, POST: () => new Response(null, { status: 422 }) },
      '/fails': { GET: fail },
      '/moved': { GET: () => redirect('/a') },
    })
    await ask('/a')
    await ask('/users/7?token=secret')
    await ask('/users/8', { method: 'POST' })
    await ask('/moved')
    await ask('/fails')
    const fine = { isError: false, exceptions: [] }
    expect(spans().map(summary)).toEqual([
      { name: 'GET /a', route: '/a', method: 'GET', status: 200, ...fine },
      { name: 'GET /users/[id]', route: '/users/[id]', method: 'GET', status: 200, ...fine },
      { name: 'POST /users/[id]', route: '/users/[id]', method: 'POST', status: 422, ...fine },
      { name: 'GET /moved', route: '/moved', method: 'GET', status: 307, ...fine },
      { name: 'GET /fails', route: '/fails', method: 'GET', status: 500, isError: true, exceptions: ['broken'] },
    ])
    expect(spans()[0]?.kind).toBe(SpanKind.SERVER)
  },
)

test.each(OUTER_PLACES)('what no file answers is one route, by %s', async (place) => {
  const { middleware, spans } = tracing()
  const ask = inFront(place, [middleware], { '/a': { GET: ok } })
  await ask('/wp-login.php')
  await ask('/x/y')
  await ask('/a', { method: 'DELETE' })
  expect(spans().map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual([
    ['GET /*', 404],
    ['GET /*', 404],
    ['DELETE /a', 405],
  ])
})

test('outside a router, spans have no route of their own', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { middleware, spans } = tracing()
  const ask = inFront(PLACES[3], [middleware], { '/a': { GET: ok }, '/fails': { GET: fail } })
  await ask('/a')
  await ask('/fails')
  expect(spans().map(summary)).toMatchObject([
    { name: 'GET /*', status: 200, isError: false },
    { name: 'GET /*', status: 500, isError: true, exceptions: ['broken'] },
  ])
})

test('a client that is traced has the span as its child', async () => {
  const { middleware, spans } = tracing()
  const { propagation } = await import('@opentelemetry/api')
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core')
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await inFront('app.use', [middleware], { '/a': { GET: ok } })('/a', { headers: { traceparent } })
  propagation.disable()
  expect([spans()[0]?.spanContext().traceId, spans()[0]?.parentSpanContext?.spanId]).toEqual([
    '0af7651916cd43dd8448eb211c80319c',
    'b7ad6b7169203331',
  ])
})
