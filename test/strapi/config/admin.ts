export default {
  serveAdminPanel: false,
  autoOpen: false,
  auth: { secret: 'test-admin-secret' },
  apiToken: { salt: 'test-salt' },
  transfer: { token: { salt: 'test-salt' } },
  secrets: { encryptionKey: 'test-encryption-key-of-32-letters' },
  flags: { nps: false, promoteEE: false },
};
