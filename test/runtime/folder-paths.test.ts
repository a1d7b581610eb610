import { Hono } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { describe, expect, test } from 'vitest'
import type { ManifestFile } from '../../src/index.js'
import { manifestOf, setUp } from './helpers.js'

const deny: MiddlewareHandler = async (c) => c.text('no', 403)
const guard: ManifestFile = { file: 'admin/_middleware.ts', load: async () => ({ default: deny }) }
const GET = (): Response => new Response('route')

describe('handlers of the application', () => {
  test.each([
    ['', '/admin/own', ['/admin/own', '/%61dmin/own', '/%61dm%69n/ow%6e', '/admin%2Fown', '/admin/%6Fwn?a=%']],
    ['/base', '/base/admin/own', ['/base/admin/own', '/%62ase/admin/own', '/base/%61dmin/own']],
  ])('are behind the folder by whatever spelling Hono finds them, base path "%s"', async (basePath, own, paths) => {
    let ran = 0
    const { app } = setUp({ '/': { GET } }, {}, { basePath, folders: [{ pathname: '/admin', middleware: [guard] }] })
    app.get(own, (c) => {
      ran++
      return c.text('own')
    })
    for (const path of paths) expect([path, [403, 404].includes((await app.request(path)).status)]).toEqual([path, true])
    expect(ran).toBe(0)
  })

  test('are matched, and get their params, as in a Hono app without routes', async () => {
    const add = (app: Hono): Hono => {
      app.use('/admin/*', deny)
      return app.get('/:section/:x', (c) => c.text(`${c.req.param('section')} ${c.req.param('x')}`))
    }
    const app = add(setUp({ '/': { GET } }).app)
    const plain = add(new Hono())
    for (const path of [
      '/a/x',
      '/%61dmin/x',
      '/%2561dmin/x',
      '/adm%2569n/x',
      '/a%2Fb/x',
      '/a%25b/x',
      '/%61dmin/%zz',
      '/%C3%A4/%25',
      '/a/%',
    ]) {
      expect([path, await (await app.request(path)).text()]).toEqual([path, await (await plain.request(path)).text()])
    }
  })
})

describe('a router mounted by route()', () => {
  const mount = () => {
    const seen: string[] = []
    const module = {
      GET: (request: Request) => {
        seen.push(new URL(request.url).pathname)
        return new Response('route')
      },
    }
    const inner = setUp({}, {}, { routes: manifestOf({ '/admin/y': module, '/[x]': module }).routes }).app
    const outer = new Hono()
    outer.use('/:tenant/admin/*', async (c, next) => {
      if (c.req.param('tenant') !== 'ä') return c.text('no', 403)
      c.header('x-outer', '1')
      return next()
    })
    outer.route('/:tenant', inner)
    return { outer, seen }
  }

  test('sees the same path below it as the app around it', async () => {
    const { outer, seen } = mount()
    for (const [path, status] of [
      ['/t/admin/y', 403],
      // Eight characters decoded, fourteen sent: counted off by characters, /admin/y is left.
      ['/%61%61%61xadmin/y', 200],
    ] as const) {
      expect([path, (await outer.request(path)).status]).toEqual([path, status])
    }
    expect(seen).toEqual(['/%61%61%61xadmin/y'])
  })

  test('answers below a place that is sent encoded, redirects there, and has the headers prepared around it', async () => {
    const { outer } = mount()
    const response = await outer.request('/%C3%A4/admin/y')
    expect([response.status, response.headers.get('x-outer')]).toEqual([200, '1'])
    expect((await outer.request('/%C3%A4/admin/y/')).headers.get('location')).toBe('/%C3%A4/admin/y')
  })
})

test('params of a static route are no place to leave something for the next request', async () => {
  const GET = async (_request: Request, { params }: { params: Promise<object> }): Promise<Response> => {
    const own = await params
    const found = { ...own }
    Reflect.set(own, 'user', 'Ada')
    return Response.json(found)
  }
  const { app } = setUp({ '/s': { GET } })
  await app.request('/s')
  expect(await (await app.request('/s')).json()).toEqual({})
})
