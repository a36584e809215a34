import { Elysia } from "elysia";
import { refuseForeignOrigin } from "../../http/plugins/auth.ts";
import * as docs from "./account-docs.ts";
import { startedAnswer, visitorOf } from "./answer.ts";
import type { AuthModuleDeps } from "./deps.ts";
import { acceptInvitation, previewInvitation } from "./join.ts";
import {
  AcceptBody,
  ForgotPasswordBody,
  PreviewBody,
  ResetPasswordBody,
  SignUpBody,
} from "./model.ts";
import { forgotPassword, resetPassword } from "./password-reset.ts";
import { signUp } from "./sign-up.ts";

/** For those who make an account, or cannot get into theirs. */
export function newcomers(deps: AuthModuleDeps) {
  const { publicUrl, clientAddress } = deps;
  return new Elysia({ name: "auth-newcomers" })
    .post(
      "/signup",
      async ({ body, request, server, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const opened = await signUp(deps, body, visitorOf(clientAddress, { request, server, set }));
        set.status = 201;
        return startedAnswer(opened, publicUrl, body.refreshTokenIn === "body", set);
      },
      { ...docs.signUp, parse: "json", body: SignUpBody },
    )
    .post(
      "/forgot-password",
      async ({ body, request, server, set }) => {
        await forgotPassword(deps, body, visitorOf(clientAddress, { request, server, set }));
        set.status = 202;
        return { accepted: true as const };
      },
      { ...docs.forgotPassword, parse: "json", body: ForgotPasswordBody },
    )
    .post(
      "/reset-password",
      async ({ body, request, server, set }) => {
        await resetPassword(deps, body, visitorOf(clientAddress, { request, server, set }));
        set.status = 204;
      },
      { ...docs.resetPassword, parse: "json", body: ResetPasswordBody },
    );
}

/** For the receivers of invitations: whatever begins a session is made here. */
export function joiningModule(deps: AuthModuleDeps) {
  const { publicUrl, clientAddress } = deps;
  return new Elysia({ name: "joining", prefix: "/api/v1/invitations" })
    .post(
      "/preview",
      ({ body, request, server, set }) => {
        set.headers["cache-control"] = "no-store";
        const visitor = visitorOf(clientAddress, { request, server, set });
        return previewInvitation(deps, body.token, visitor);
      },
      { ...docs.preview, parse: "json", body: PreviewBody },
    )
    .post(
      "/accept",
      async ({ body, request, server, set }) => {
        refuseForeignOrigin(request, publicUrl);
        const visitor = visitorOf(clientAddress, { request, server, set });
        const opened = await acceptInvitation(deps, body, visitor);
        return startedAnswer(opened, publicUrl, body.refreshTokenIn === "body", set);
      },
      { ...docs.accept, parse: "json", body: AcceptBody },
    );
}
