/** The tables in which Strapi keeps accounts and tokens, with the columns that matter here; `links` ends their names. */
export const strapiTables = (schema: string, links: 'lnk' | 'links'): string => `
create schema if not exists ${schema};
create table ${schema}.admin_users (
  id integer generated always as identity primary key, document_id text, firstname text, email text, password text,
  reset_password_token text, registration_token text, is_active boolean, blocked boolean,
  created_at timestamp(6), updated_at timestamp(6));
create table ${schema}.admin_roles (id integer primary key, name text, code text);
create table ${schema}.admin_users_roles_${links} (id integer generated always as identity, user_id integer, role_id integer);
create table ${schema}.strapi_api_tokens (
  id integer generated always as identity primary key, name text, description text, type text, access_key text,
  last_used_at timestamp(6), expires_at timestamp(6), lifespan bigint, created_at timestamp(6));
create table ${schema}.strapi_transfer_tokens (
  id integer generated always as identity primary key, name text, access_key text,
  last_used_at timestamp(6), expires_at timestamp(6), lifespan bigint, created_at timestamp(6));
create table ${schema}.up_roles (id integer primary key, name text, type text);
create table ${schema}.up_permissions (id integer generated always as identity primary key, action text);
create table ${schema}.up_permissions_role_${links} (id integer generated always as identity, permission_id integer, role_id integer);

insert into ${schema}.admin_roles values (1, 'Super Admin', 'strapi-super-admin'), (2, 'Editor', 'strapi-editor');
insert into ${schema}.admin_users (email, password, registration_token, is_active, blocked, created_at) values
  ('ines@club.example', 'canary-hash', null, true, false, now() - interval '400 days'),
  ('jonas@club.example', 'canary-hash', null, true, false, now()),
  ('ali@club.example', 'canary-hash', null, true, false, now()),
  ('mats@club.example', 'canary-hash', null, true, false, now()),
  ('new@club.example', null, 'canary-invitation', false, false, now() - interval '30 days'),
  ('fresh@club.example', null, 'canary-invitation', false, false, now() - interval '1 day');
insert into ${schema}.admin_users_roles_${links} (user_id, role_id) values (1, 1), (2, 1), (3, 1), (4, 1), (5, 2);
insert into ${schema}.strapi_api_tokens (name, type, access_key, last_used_at, expires_at, created_at) values
  ('website', 'read-only', 'canary-key', now(), null, now() - interval '30 days'),
  ('import', 'full-access', 'canary-key', now(), null, now() - interval '30 days'),
  ('old', 'read-only', 'canary-key', now(), null, now() - interval '500 days'),
  ('idle', 'custom', 'canary-key', now() - interval '120 days', now() + interval '1 day', now() - interval '200 days'),
  ('over', 'full-access', 'canary-key', null, now() - interval '1 day', now() - interval '500 days');
insert into ${schema}.strapi_transfer_tokens (name, access_key, created_at) values ('move', 'canary-key', now());
insert into ${schema}.up_roles values (1, 'Authenticated', 'authenticated'), (2, 'Public', 'public');
insert into ${schema}.up_permissions (action) values
  ('api::team.team.find'), ('api::team.team.update'), ('plugin::users-permissions.auth.register'), ('api::match.match.delete');
insert into ${schema}.up_permissions_role_${links} (permission_id, role_id) values (1, 2), (2, 2), (3, 2), (4, 1);
`;
