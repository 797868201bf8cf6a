export declare function findProgram(program: 'chromium' | 'redis'): string | undefined
export declare function installPrograms(): void
