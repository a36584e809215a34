import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button, Form, Input, Label, TextField } from "react-aria-components";
import { type SignedIn, signIn } from "../api/calls.ts";
import { isSignedOut, sayError } from "../api/http.ts";
import { Brand } from "../parts/brand.tsx";
import { texts } from "../texts.ts";

interface Props {
  hasEnded: boolean;
  onSignedIn: (session: SignedIn) => void;
}

/** E-mail and password. */
export function SignIn({ hasEnded, onSignedIn }: Props) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn });
  function submit(event: FormEvent): void {
    event.preventDefault();
    attempt.mutate({ email: email.trim(), password });
  }
  return (
    <main className="sign-in">
      <Form className="sign-in-card" onSubmit={submit}>
        <Brand />
        <h1>{texts.signIn.title}</h1>
        <p className="soft">{hasEnded ? texts.signIn.ended : texts.signIn.about}</p>
        <TextField
          className="field"
          name="email"
          type="email"
          autoComplete="username"
          isRequired
          autoFocus
          value={email}
          onChange={setEmail}
        >
          <Label>{texts.signIn.email}</Label>
          <Input />
        </TextField>
        <TextField
          className="field"
          name="password"
          type="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={setPassword}
        >
          <Label>{texts.signIn.password}</Label>
          <Input />
        </TextField>
        <p className="form-error" role="alert">
          {attempt.isError &&
            (isSignedOut(attempt.error) ? texts.signIn.wrong : sayError(attempt.error))}
        </p>
        <Button type="submit" className="button is-strong is-wide" isPending={attempt.isPending}>
          {attempt.isPending ? texts.signIn.submitting : texts.signIn.submit}
        </Button>
      </Form>
    </main>
  );
}
