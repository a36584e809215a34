import type { Auth } from "../../http/plugins/auth.ts";
import type { ClientAddress } from "../../http/plugins/client-address.ts";
import type { SendMail } from "../../lib/mail.ts";
import type { AuthServiceDeps } from "./service.ts";

export interface AuthModuleDeps extends AuthServiceDeps {
  auth: Auth;
  publicUrl: string;
  clientAddress: ClientAddress;
  sendMail: SendMail;
  /** Whether strangers may make organizations here. */
  signUp: boolean;
}
