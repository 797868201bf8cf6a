// What src/shared may take for granted: the few globals beyond the language that Node.js and a browser both have, as far as they
// are used here. The service's own configuration leaves this file out, as @types/node declares them all.

/** A key inside WebCrypto. */
interface CryptoKey {
  readonly type: 'private' | 'public' | 'secret'
}

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>

/** WebCrypto (https://www.w3.org/TR/webcrypto-2/). */
declare const crypto: {
  getRandomValues<Array extends Uint8Array<ArrayBuffer>>(array: Array): Array
  readonly subtle: {
    importKey(
      format: 'raw',
      key: Bytes,
      algorithm: 'AES-GCM' | 'HKDF' | 'PBKDF2',
      extractable: boolean,
      usages: ('decrypt' | 'deriveBits' | 'encrypt')[],
    ): Promise<CryptoKey>
    deriveBits(
      algorithm:
        | { name: 'PBKDF2'; hash: 'SHA-256'; salt: Bytes; iterations: number }
        | { name: 'HKDF'; hash: 'SHA-256'; salt: Bytes; info: Bytes },
      key: CryptoKey,
      bits: number,
    ): Promise<ArrayBuffer>
    encrypt(algorithm: { name: 'AES-GCM'; iv: Bytes }, key: CryptoKey, data: Bytes): Promise<ArrayBuffer>
    decrypt(algorithm: { name: 'AES-GCM'; iv: Bytes }, key: CryptoKey, data: Bytes): Promise<ArrayBuffer>
  }
}

/** UTF-8 (https://encoding.spec.whatwg.org). */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: true })
  decode(bytes: Bytes): string
}

/** Base 64 of bytes as characters U+0000 to U+00FF (https://infra.spec.whatwg.org/#forgiving-base64). */
declare function btoa(bytes: string): string

/** The reverse of `btoa`. Throws for what is none. */
declare function atob(text: string): string
