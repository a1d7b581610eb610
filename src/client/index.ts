export { hc } from './client.js'
export type { AppClient, ClientApp, ClientRoute, UntypedModule } from './types.js'
