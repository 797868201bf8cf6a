import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { Actor } from '../../shared/actor.ts'

/** A scope of the HTTP application, whose handlers know the types of their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What a route is to the one who calls it, and so how often a minute they may. */
export type RateClass = 'call' | 'scan' | 'heavy' | 'stranger' | 'none'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, once signed in. */
    actor: Actor | undefined
    /** The session, key or device token by which we know who asks. */
    secret: string | undefined
  }
  interface FastifyContextConfig {
    /**
     * Where the answer to an idempotency key is stored: in the command's own transaction (the default), after it, for work
     * that must not hold the writer, or not at all.
     */
    idempotency?: 'inside' | 'after' | 'none'
    /** Request or answer holds a secret: what is kept of them can be read by the caller alone. */
    holdsSecret?: true
    /** The body is a file, which may take its time. */
    takesFile?: true
    /** Which limit it counts towards; `call` unless it says otherwise. */
    rate?: RateClass
    /** Anyone may ask, signed in or not. */
    open?: true
    /** Whoever has not shown the second factor that their role asks for may ask: always, or to set one up, having none. */
    beforeSecondFactor?: 'always' | 'set_up'
  }
}
