/** The outbox: what is to be told lies on the disk before anything else happens, and leaves it once it was told. */
export { type DeliveryContext, type DeliveryOptions, deliver } from './deliver.js';
export { enqueue } from './enqueue.js';
export { storedNotifications } from './read.js';
export { DeliveryReport, judgeDelivery } from './report.js';
export { reviveDeadLetters } from './revive.js';
