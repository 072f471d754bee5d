import { Controller, ForbiddenException, Headers, HttpCode, Inject, Post } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { ExpirableGuard } from '@sessionward/example-harness'
import { Public, SESSIONWARD_GUARD } from '@sessionward/guard/nestjs'

/** Saves you five minutes of waiting. No system has such a path. */
@ApiExcludeController()
@Controller('demo')
@Public()
export class DemoController {
  readonly #guard: ExpirableGuard

  constructor(@Inject(SESSIONWARD_GUARD) guard: ExpirableGuard) {
    this.#guard = guard
  }

  /** Every access token that has been used so far counts as expired. */
  @Post('expire')
  @HttpCode(204)
  expire(@Headers('origin') origin: string | undefined, @Headers('host') host: string) {
    // No other site may press this button.
    if (origin !== `http://${host}`) throw new ForbiddenException()
    this.#guard.expireSeen()
  }
}
