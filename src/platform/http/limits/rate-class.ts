/** What a route is to the one who calls it, and so how often a minute they may. */
export type RateClass = 'call' | 'scan' | 'heavy' | 'stranger' | 'none'
