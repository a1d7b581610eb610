/** As much of workerd's module as is used here; the whole is in the types that `wrangler types` writes. */
declare module 'cloudflare:workers' {
  export const env: object
}
