/** What whoever runs the service can put right: the message says in a sentence what is wrong and what to do. `saka` prints it and ends with 1. */
export class OperatorError extends Error {}
