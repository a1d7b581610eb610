/** What in a Host header would become part of the URL's path, query or user. */
const MISPLACED = /[/?#\\@]/

/** Whether the URL that a host has made of the Host header and the request target can be told apart again. */
export function hasPlainUrl(request: Request): boolean {
  const host = request.headers.get('host')
  return (host === null || !MISPLACED.test(host)) && URL.canParse(request.url)
}

/** Adds the forwarded headers that a proxy in front has not set, as Next.js's server does. */
export function addForwardedHeaders(headers: Headers, client: { address: string; port: number; protocol: 'http' | 'https' }): void {
  const add = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value)
  }
  add('x-forwarded-for', client.address)
  add('x-forwarded-host', headers.get('host') ?? '')
  add('x-forwarded-port', String(client.port))
  add('x-forwarded-proto', client.protocol)
}
