/**
 * What has become of an invitation: static SQL over `v`, with `INVITER` joined. An invitation stands on
 * the word of who sent it last: nobody joins by that of a person who may not invite any more.
 */
export const INVITATION_STATUS = `case when v.accepted_at is not null then 'accepted'
  when v.revoked_at is not null or i.removed_at is not null
    or not (i.role = 'owner' or i.role = 'admin' and v.role <> 'owner') then 'revoked'
  when v.expires_at <= now() then 'expired' else 'pending' end`;

export const INVITER = `join memberships i
  on i.organization_id = v.organization_id and i.user_id = v.invited_by`;
