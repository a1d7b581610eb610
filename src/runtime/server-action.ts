const FORM = 'application/x-www-form-urlencoded'

/** Whether Next.js takes the request for a Server Action, whose redirects it answers with 303. */
export function isServerAction({ headers, method }: Request): boolean {
  if (method !== 'POST') return false
  const type = headers.get('content-type')
  return type === FORM || type?.startsWith('multipart/form-data') === true || headers.get('next-action') !== null
}
