export { apiError, httpError, type JsonResponse, json } from './middleware/answers.js'
export {
  DEFINITION,
  type DefinedContext,
  type DefinedHandler,
  defineHandler,
  type HandlerDefinition,
  type HandlerDescription,
  type HandlerInput,
  type HandlerOptions,
  type HandlerTypes,
  type ResponseDefinition,
  type Responses,
} from './middleware/define-handler.js'
export type {
  AnyMiddleware,
  MiddlewareContext,
  PathParams,
  RouteHandlerContext,
  Schema,
  SchemaInput,
  SchemaOutput,
  Use,
  UseVariables,
} from './middleware/types.js'
export { type MiddlewareWrapper, withMiddleware } from './middleware/with-middleware.js'
