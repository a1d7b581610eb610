const FORM = 'application/x-www-form-urlencoded'

/** The answer to a thrown redirect. */
export function redirectAnswer(request: Request, { status, url }: { readonly status: number; readonly url: string }): Response {
  return new Response(null, { status: isServerAction(request) ? 303 : status, headers: { location: url } })
}

/** Whether Next.js takes the request for a Server Action, whose redirects it answers with 303. */
export function isServerAction(request: Request): boolean {
  // First of all: asking a request whose answer is kept for its headers makes that answer dynamic.
  if (request.method !== 'POST') return false
  const { headers } = request
  const type = headers.get('content-type')
  return type === FORM || type?.startsWith('multipart/form-data') === true || headers.get('next-action') !== null
}
