/** What attackers ask for and no visitor of a Strapi backend does. */

export interface Probe {
  readonly what: string;
  readonly path: RegExp;
  /** Files that must never be handed out: an answer of success is a leak, or a page that answers everything. */
  readonly isSecret: boolean;
}

/** The first that fits counts. */
const PROBES: readonly Probe[] = [
  { what: 'environment file', path: /\/\.env(?:[._-][^/]*)?$/i, isSecret: true },
  { what: 'version control', path: /\/\.(?:git|svn|hg)(?:\/|$)/i, isSecret: true },
  {
    what: 'keys',
    path: /\/\.(?:ssh|aws|kube|docker|npmrc|htpasswd|pgpass)(?:\/|$)|\/id_(?:rsa|ed25519)$/i,
    isSecret: true,
  },
  {
    what: 'dump or archive',
    path: /\.(?:sql|dump|bak|old|swp)(?:\.gz|\.zip)?$|\/(?:backup|dump|db)\.(?:zip|t?gz|tar)$/i,
    isSecret: true,
  },
  { what: 'path traversal', path: /(?:\.\.|%2e%2e)(?:\/|%2f|%5c)|\/etc\/passwd/i, isSecret: true },
  { what: 'PHP and WordPress', path: /\.php\d?$|\/(?:wp-|wordpress|phpmyadmin|pma(?:\/|$)|xmlrpc)/i, isSecret: false },
  {
    what: 'other products',
    path: /\/(?:cgi-bin|actuator|boaform|hnap1|solr|jenkins|owa|autodiscover|manager\/html|server-status|telescope|_ignition|console|struts)(?:[/.?]|$)/i,
    isSecret: false,
  },
];

/** What the path probes for; undefined for any other. */
export const probeOf = (path: string): Probe | undefined => PROBES.find((probe) => probe.path.test(path));
