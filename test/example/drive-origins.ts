import { describe, expect, test } from 'vitest'

/** Declares tests that drive the example API as pages of other origins do. @param url of a path of the API */
export function driveOrigins(url: (path: string) => string): void {
  describe('other origins', () => {
    const origin = 'https://app.example'

    test.each(['/users', '/users/1', '/users/1/avatar', '/posts', '/posts/the-first-bug', '/me', '/events'])('may ask %s', async (path) => {
      const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
      const preflight = await fetch(url(path), { method: 'OPTIONS', headers })
      expect(preflight.status).toBe(204)
      expect(Object.fromEntries(preflight.headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('PATCH'),
        'access-control-allow-headers': expect.stringMatching(/authorization,\s?content-type/),
        'access-control-max-age': '600',
      })
    })

    test.each([
      ['GET', '/users', 200],
      ['GET', '/users/99999999', 404],
      ['GET', '/users?page=0', 400],
      ['DELETE', '/users/1', 401],
    ])('may read the answer to %s %s, %i', async (method, path, status) => {
      const response = await fetch(url(path), { method, headers: { origin } })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, '*'])
      expect(response.headers.get('access-control-expose-headers')).toContain('link')
      expect(response.headers.get('vary')).toMatch(/origin/i)
      await response.body?.cancel()
    })
  })
}
